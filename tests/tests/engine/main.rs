//! The engine on the wasm: each promise at least once, over months of virtual time.
//!
//! One target, so that it is linked once; each file holds one behaviour.

mod alerts;
mod alerts_watching;
mod backfills;
mod backups;
mod budgets;
mod calendar;
mod configuration;
mod deliveries;
mod error_answers;
mod expanding;
mod figures;
mod https;
mod library;
mod liveness;
mod multiplying;
mod notifications;
mod outages;
mod overlap;
mod places;
mod quotas;
mod retries;
mod retry_policies;
mod roles;
mod schedules;
mod slices;
mod steps;
mod stops;
mod support;
mod timeline;
mod upkeep;
mod versions;
mod workers;
