//! Every kind of fault, over streams of many kinds: what the analyzer reports is what the judge says it must, code by code and
//! count by count, and nothing else.

#![allow(clippy::unwrap_used, missing_docs)]

mod judged;
mod streams;
mod verdicts;
