//! What commands print: shapes for machines, layouts for people.

pub(crate) mod json;
pub(crate) mod text;
