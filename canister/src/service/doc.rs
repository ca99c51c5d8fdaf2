//! The guide for whoever, or whatever, uses the scheduler for the first time.

use chime_types::ApiDoc;

/// `get_api_doc`
pub fn api_doc() -> ApiDoc {
    ApiDoc {
        guide: include_str!("guide.md").to_string(),
        interface: include_str!("../../../scheduler.did").to_string(),
    }
}
