//! What commands print: shapes for machines, layouts for people.

pub(crate) mod embedded;
pub(crate) mod hex;
pub(crate) mod json;
pub(crate) mod lane;
pub(crate) mod link;
pub(crate) mod low_power;
pub(crate) mod text;
pub(crate) mod timing;
