//! The one loop over pages: every list of the scheduler is read by it.
//!
//! It goes on to the last page, or until there is enough. A list that would never end is an error,
//! never a list that is shorter than the truth.

use std::collections::HashSet;
use std::hash::Hash;
use std::ops::ControlFlow;

use crate::error::{Error, Kind, Result};

/// Asks for page after page, each from the cursor of the one before, and gives the items of each to
/// `take` until that has enough. A page may be empty and not be the last.
///
/// # Errors
/// `Incompatible` if a cursor comes again; else those of `ask`.
pub(super) async fn each_page<T, K, F>(
    ask: impl Fn(Option<K>) -> F,
    mut take: impl FnMut(Vec<T>) -> ControlFlow<()>,
) -> Result<()>
where
    K: Clone + Eq + Hash,
    F: Future<Output = Result<(Vec<T>, Option<K>)>>,
{
    let mut seen = HashSet::new();
    let mut cursor = None;
    loop {
        let (items, next) = ask(cursor).await?;
        if take(items).is_break() {
            return Ok(());
        }
        let Some(next) = next else {
            return Ok(());
        };
        if !seen.insert(next.clone()) {
            return Err(Error::new(
                Kind::Incompatible,
                "the scheduler answers with the same page again and again",
                "check that the canister is a scheduler of this version of chime",
            ));
        }
        cursor = Some(next);
    }
}

/// The first `most` items of all pages.
///
/// # Errors
/// Those of [`each_page`].
pub(super) async fn items<T, K, F>(most: usize, ask: impl Fn(Option<K>) -> F) -> Result<Vec<T>>
where
    K: Clone + Eq + Hash,
    F: Future<Output = Result<(Vec<T>, Option<K>)>>,
{
    let mut all = Vec::new();
    let taken = each_page(ask, |items| {
        all.extend(items);
        match all.len() >= most {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    });
    taken.await?;
    all.truncate(most);
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pages of one item each, whose cursor is that of `next`.
    async fn read(most: usize, next: impl Fn(u32) -> Option<u32>) -> Result<Vec<u32>> {
        items(most, |cursor: Option<u32>| {
            let at = cursor.unwrap_or(0);
            let page = Ok((vec![at], next(at)));
            async move { page }
        })
        .await
    }

    #[tokio::test]
    async fn should_read_to_the_last_page_however_many_there_are() {
        let all = read(usize::MAX, |at| (at < 4_999).then_some(at + 1)).await;
        assert_eq!(all.unwrap().len(), 5_000);
    }

    #[tokio::test]
    async fn should_stop_when_there_is_enough() {
        let all = read(3, |at| Some(at + 1)).await;
        assert_eq!(all.unwrap(), [0, 1, 2]);
    }

    #[tokio::test]
    async fn should_refuse_a_list_that_never_ends() {
        for next in [|_| Some(7), |at: u32| Some(1 + at % 2)] {
            let error = read(usize::MAX, next).await.unwrap_err();
            assert_eq!(error.kind(), Kind::Incompatible);
        }
    }

    #[tokio::test]
    async fn should_go_on_after_an_empty_page() {
        let all = items(5, |cursor: Option<u32>| async move {
            Ok(match cursor {
                None => (vec![], Some(1)),
                Some(_) => (vec!["x"], None),
            })
        });
        assert_eq!(all.await.unwrap(), ["x"]);
    }
}
