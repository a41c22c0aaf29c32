//! The pages of one walk that were asked for ahead of their turn.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::task::JoinHandle;

use super::walk::Walk;
use crate::args::Arguments;
use crate::call::{CallOptions, read};
use crate::catalogue::Operation;
use crate::client::Clerk;
use crate::error::{Error, Result};
use crate::model::{Item, Page};

/// A page on its way. Dropped, it is cancelled.
pub(super) type Pending<T> = Pin<Box<dyn Future<Output = Result<Page<T>>> + Send>>;

/// Requests in the order of their pages, each with the arguments it was asked with.
pub(super) struct Ahead<T>(VecDeque<(Arguments, Pending<T>)>);

impl<T> Ahead<T> {
    pub(super) fn new() -> Self {
        Self(VecDeque::new())
    }

    /// Cancels whatever is on its way.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

impl<T: Item> Ahead<T> {
    /// The page that the walk wants now, and asks for those ahead of it. What was asked for in vain, because a page
    /// came out shorter or longer than the one before, is cancelled.
    pub(super) fn next(
        &mut self,
        clerk: &Clerk,
        options: &CallOptions,
        walk: &Walk,
        at_once: usize,
    ) -> Option<Pending<T>> {
        let wanted = walk.ahead(at_once);
        let kept = self.0.iter().zip(&wanted).take_while(|((asked, _), wanted)| asked == *wanted).count();
        self.0.truncate(kept);
        for arguments in wanted.into_iter().skip(kept) {
            let page = ask(clerk, options, walk.operation, arguments.clone());
            let page: Pending<T> = if at_once > 1 { Box::pin(Spawned(tokio::spawn(page))) } else { Box::pin(page) };
            self.0.push_back((arguments, page));
        }
        self.0.pop_front().map(|(_, page)| page)
    }
}

fn ask<T: Item>(
    clerk: &Clerk,
    options: &CallOptions,
    operation: &'static Operation,
    arguments: Arguments,
) -> impl Future<Output = Result<Page<T>>> + Send + 'static {
    let (clerk, options) = (clerk.clone(), options.clone());
    async move { read(operation, clerk.prepare_operation(operation, &arguments, &[], &options)?.send().await?) }
}

/// A page that comes in while the caller is busy with those before it: a future that is only polled when it is awaited
/// would let its deadline pass meanwhile.
struct Spawned<T>(JoinHandle<Result<Page<T>>>);

impl<T> Future for Spawned<T> {
    type Output = Result<Page<T>>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(context).map(|joined| match joined {
            Ok(result) => result,
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Err(_) => Err(Error::Cancelled), // the runtime is shutting down
        })
    }
}

impl<T> Drop for Spawned<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}
