//! The Rust runner of the conformance cases. What is right stands in the cases; this only carries it out and compares.

pub mod authenticate;
pub mod call;
pub mod case;
pub mod compare;
pub mod doctor;
pub mod generated;
pub mod given;
pub mod helper;
pub mod intact;
mod location;
pub mod machine;
pub mod mutate;
mod placed;
pub mod recorded;
mod steps;
pub mod token;
pub mod webhook;
