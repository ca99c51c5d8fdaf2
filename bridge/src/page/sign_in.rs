//! What somebody sees who is not signed in.

use maud::html;

use super::layout::{Context, page};

/// The page.
#[must_use]
pub fn sign_in(context: &Context) -> String {
    let body = html! {
        div .card.empty {
            p { "You are not signed in, or no longer. In a terminal of the machine on which the server runs:" }
            pre { "chime open" }
            p { "It opens this page with a code that is good for once." }
        }
    };
    page(context, "Sign in", &body)
}
