//! Listings: one page, or all of them one after the other.

use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use crate::args::Arguments;
use crate::call::{Call, CallOptions, Operation, read};
use crate::catalogue::{self, Pages};
use crate::client::{Clerk, find_operation};
use crate::error::{ArgumentError, DecodeError, Error, Result};
use crate::model::Page;

/// How many pages in a row may repeat the one before. New items at the front can shift a page onto itself once; a
/// server that does not look at where it was asked to go on does it for ever.
const REPEATS_ALLOWED: u32 = 1;

/// The way through a listing: which page to ask for next, and when there is none. It sends nothing itself.
#[derive(Debug, Clone)]
pub struct Walk {
    operation: &'static catalogue::Operation,
    arguments: Arguments,
    offset: i64,
    limit: Option<i64>,
    last: Option<Seen>,
    repeats: u32,
    done: bool,
}

/// What a page looked like, to tell it from the next.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    count: usize,
    first: Option<String>,
    last: Option<String>,
}

impl Walk {
    /// A walk that starts where these arguments say.
    ///
    /// # Errors
    /// `Argument`, if there is no such operation.
    pub fn new(operation: &str, arguments: Arguments) -> Result<Self> {
        Ok(Self::of(find_operation(operation)?, arguments))
    }

    pub(crate) fn of(operation: &'static catalogue::Operation, arguments: Arguments) -> Self {
        let number = |name: &str| arguments.get(name).and_then(|text| text.parse::<i64>().ok());
        let (offset, limit) = (number("offset").unwrap_or(0), number("limit"));
        Self { operation, arguments, offset, limit, last: None, repeats: 0, done: false }
    }

    /// The arguments of the next page to ask for; none when the listing is over.
    #[must_use]
    pub fn arguments(&self) -> Option<&Arguments> {
        (!self.done).then_some(&self.arguments)
    }

    /// Takes note of the page that came: how many items, how many there are in all if the answer said, and the ids of
    /// the first and the last.
    ///
    /// # Errors
    /// `Decode`, if the listing does not advance.
    pub fn advance(&mut self, count: usize, total: Option<i64>, first: Option<&str>, last: Option<&str>) -> Result<()> {
        let seen = Seen { count, first: first.map(str::to_owned), last: last.map(str::to_owned) };
        let repeated = count > 0 && first.is_some() && self.last.as_ref() == Some(&seen);
        self.repeats = if repeated { self.repeats + 1 } else { 0 };
        if self.repeats > REPEATS_ALLOWED {
            self.done = true;
            return Err(stuck(self.operation.name));
        }
        self.last = Some(seen);
        let short = self.limit.is_some_and(|limit| i64::try_from(count).is_ok_and(|count| count < limit));
        if count == 0 || short {
            self.done = true;
            return Ok(());
        }
        // A walk that began behind an item goes on behind the last one: an offset may not stand beside it.
        let kind = if self.arguments.get("starting_after").is_some() { Pages::Cursor } else { self.operation.pages };
        match kind {
            Pages::None => self.done = true,
            Pages::Offset => {
                self.offset = self.offset.saturating_add(i64::try_from(count).unwrap_or(i64::MAX));
                self.done = total.is_some_and(|total| self.offset >= total);
                self.arguments.set("offset", &self.offset)?;
            }
            Pages::Cursor => match last {
                Some(last) => self.arguments.set("starting_after", last)?,
                None => self.done = true,
            },
        }
        Ok(())
    }
}

fn stuck(operation: &str) -> Error {
    Error::Decode(Box::new(DecodeError {
        message: format!("the listing {operation} does not advance: the API answers the same page again and again"),
        status: 200,
        headers: Vec::new(),
        body: bytes::Bytes::new(),
    }))
}

type Pending<T> = Pin<Box<dyn Future<Output = Result<Page<T>>> + Send>>;

/// The pages of a listing, each asked for when it is wanted. A [`Stream`]; [`Pages::next`] needs no extension trait.
///
/// [`Pages::next`]: PageStream::next
pub struct PageStream<T> {
    clerk: Clerk,
    options: CallOptions,
    walk: Walk,
    wrong: Option<ArgumentError>,
    pending: Option<Pending<T>>,
}

/// The items of a listing, its pages asked for when they are wanted. A [`Stream`].
pub struct ItemStream<T> {
    pages: PageStream<T>,
    ready: VecDeque<T>,
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
            walk: Walk::of(O::INFO, self.arguments),
            clerk: self.clerk,
            options: self.options,
            pending: None,
        }
    }

    /// All items of all pages; `limit` is the size of a page.
    #[must_use]
    pub fn items(self) -> ItemStream<T> {
        ItemStream { pages: self.pages(), ready: VecDeque::new() }
    }
}

impl<T: crate::model::Item> PageStream<T> {
    /// The next page; none when the listing is over or has failed.
    pub async fn next(&mut self) -> Option<Result<Page<T>>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    fn request(&self, arguments: Arguments) -> Pending<T> {
        let (clerk, options, operation) = (self.clerk.clone(), self.options.clone(), self.walk.operation);
        Box::pin(async move {
            read(operation, clerk.prepare_operation(operation, &arguments, &[], &options)?.send().await?)
        })
    }

    fn note(&mut self, page: &Page<T>) -> Result<()> {
        let id = |item: Option<&T>| item.and_then(|item| item.item_id().map(str::to_owned));
        let (first, last) = (id(page.data.first()), id(page.data.last()));
        self.walk.advance(page.data.len(), page.total_count, first.as_deref(), last.as_deref())
    }
}

impl<T: crate::model::Item> Stream for PageStream<T> {
    type Item = Result<Page<T>>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(error) = self.wrong.take() {
            self.walk.done = true;
            return Poll::Ready(Some(Err(error.into())));
        }
        let mut pending = match (self.pending.take(), self.walk.arguments()) {
            (Some(pending), _) => pending,
            (None, Some(arguments)) => self.request(arguments.clone()),
            (None, None) => return Poll::Ready(None),
        };
        let Poll::Ready(result) = pending.as_mut().poll(context) else {
            self.pending = Some(pending);
            return Poll::Pending;
        };
        let result = result.and_then(|page| self.note(&page).map(|()| page));
        if result.is_err() {
            self.walk.done = true;
        }
        Poll::Ready(Some(result))
    }
}

impl<T> Unpin for PageStream<T> {}
impl<T> Unpin for ItemStream<T> {}

impl<T: crate::model::Item> ItemStream<T> {
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
            if let Some(item) = self.ready.pop_front() {
                return Poll::Ready(Some(Ok(item)));
            }
            match ready!(Pin::new(&mut self.pages).poll_next(context)) {
                Some(Ok(page)) => self.ready.extend(page.data),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}
