//! What commands print: shapes for machines, layouts for people.

pub(crate) mod attribution;
pub(crate) mod conformance;
pub(crate) mod diagnosis;
pub(crate) mod embedded;
pub(crate) mod hex;
pub(crate) mod json;
pub(crate) mod lane;
pub(crate) mod link;
pub(crate) mod load;
pub(crate) mod low_power;
pub(crate) mod modes;
pub(crate) mod pairs;
pub(crate) mod place;
pub(crate) mod text;
pub(crate) mod timing;
