//! Tools above the methods: each answers a question that people ask, with several calls.

mod api_doc;
mod explain;
mod overview;
mod run_now;
mod update_schedule;

#[cfg(test)]
mod changing_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod waiting_tests;
