//! Listings: one page, or all of them one after the other.

mod ahead;
mod walk;

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use crate::call::{Call, CallOptions, Operation};
use crate::client::Clerk;
use crate::error::{ArgumentError, Result};
use crate::model::{IntoIter, Page};

use ahead::{Ahead, Pending};
pub use walk::{Walk, WalkOptions};

/// The pages of a listing, each asked for when it is wanted, or a few before that ([`PageStream::concurrency`]). A
/// [`Stream`]; [`PageStream::next`] needs no extension trait.
pub struct PageStream<T> {
    clerk: Clerk,
    call_options: CallOptions,
    options: WalkOptions,
    walk: Option<Walk>,
    wrong: Option<ArgumentError>,
    pending: Option<Pending<T>>,
    ahead: Ahead<T>,
}

/// The items of a listing, its pages asked for when they are wanted, or a few before that
/// ([`ItemStream::concurrency`]). A [`Stream`].
pub struct ItemStream<T> {
    pages: PageStream<T>,
    ready: IntoIter<T>,
}

impl<O, T> Call<O>
where
    O: Operation<Output = Page<T>>,
    T: crate::model::Item,
{
    /// All pages, from the one that `offset` names; `limit` is the size of one.
    #[must_use]
    pub fn pages(self) -> PageStream<T> {
        PageStream {
            wrong: self.check().err(),
            walk: Some(Walk::of(O::INFO, self.arguments)),
            clerk: self.clerk,
            call_options: self.options,
            options: WalkOptions::default(),
            pending: None,
            ahead: Ahead::new(),
        }
    }

    /// All items of all pages; `limit` is the size of a page.
    #[must_use]
    pub fn items(self) -> ItemStream<T> {
        ItemStream { pages: self.pages(), ready: IntoIter::default() }
    }
}

impl<T: crate::model::Item> PageStream<T> {
    /// How many pages may be on their way at once, 1 to 16; what is out of range is told when the stream is first
    /// awaited. Default: 1, and no page is asked for before it is wanted.
    ///
    /// The first page is asked for alone; it tells how long pages are, and perhaps the total. Pages come in order, an
    /// error in its page's turn, and dropping the stream cancels what is on its way. Where the API tells no total, up
    /// to `concurrency - 1` requests may go beyond the end. Where a page is asked for by the item before it
    /// (`starting_after`), pages come one by one.
    #[must_use]
    pub fn concurrency(mut self, concurrency: usize) -> Self {
        match self.options.concurrency(concurrency) {
            Ok(options) => self.options = options,
            Err(error) => {
                self.wrong.get_or_insert(error);
            }
        }
        self
    }

    /// The next page; none when the listing is over or has failed.
    pub async fn next(&mut self) -> Option<Result<Page<T>>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// Takes note of the page that came.
    fn note(walk: &mut Walk, page: &Page<T>) -> Result<()> {
        let count = page.data.len();
        let (first, last) = (page.data.id_at(0), page.data.id_at(count.saturating_sub(1)));
        walk.advance(count, page.total_count, first.as_deref(), last.as_deref())
    }
}

impl<T: crate::model::Item> Stream for PageStream<T> {
    type Item = Result<Page<T>>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if let Some(error) = this.wrong.take() {
            this.walk = None;
            return Poll::Ready(Some(Err(error.into())));
        }
        let Some(walk) = &mut this.walk else { return Poll::Ready(None) };
        let next = || this.ahead.next(&this.clerk, &this.call_options, walk, this.options.at_once());
        let Some(mut pending) = this.pending.take().or_else(next) else { return Poll::Ready(None) };
        let Poll::Ready(result) = pending.as_mut().poll(context) else {
            this.pending = Some(pending);
            return Poll::Pending;
        };
        let result = result.and_then(|page| Self::note(walk, &page).map(|()| page));
        if result.is_err() || walk.arguments().is_none() {
            this.walk = None;
            this.ahead.clear();
        }
        Poll::Ready(Some(result))
    }
}

impl<T> Unpin for PageStream<T> {}
impl<T> Unpin for ItemStream<T> {}

impl<T: crate::model::Item> ItemStream<T> {
    /// How many pages may be on their way at once, 1 to 16: see [`PageStream::concurrency`].
    #[must_use]
    pub fn concurrency(mut self, concurrency: usize) -> Self {
        self.pages = self.pages.concurrency(concurrency);
        self
    }

    /// The next item; none when the listing is over or has failed.
    pub async fn next(&mut self) -> Option<Result<T>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// Every item, in one list.
    ///
    /// # Errors
    /// As the call itself; what came before is lost.
    pub async fn collect(mut self) -> Result<Vec<T>> {
        let mut all = Vec::new();
        while let Some(item) = self.next().await {
            all.push(item?);
        }
        Ok(all)
    }
}

impl<T: crate::model::Item> Stream for ItemStream<T> {
    type Item = Result<T>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(item) = self.ready.next() {
                return Poll::Ready(Some(Ok(item)));
            }
            match ready!(Pin::new(&mut self.pages).poll_next(context)) {
                Some(Ok(page)) => self.ready = page.into_iter(),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}
