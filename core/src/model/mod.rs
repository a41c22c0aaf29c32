//! The runtime of the generated models: how an answer becomes structs without ever failing on what is in it.
//!
//! A model is a struct of `Option`s and [`Other`]. What fits a field is in the field; everything else (a field this
//! version does not know, a value of another kind than described, an explicit null) is in `other`, so that writing
//! the model gives the JSON it was read from. Only a body that is no JSON, or of a wrong kind at the top, is an error.
//!
//! The generated code has one line a field; all that such a line does is here, once: reading in `read`, writing in
//! `write`, the values that arguments take in `value`.

mod free;
mod items;
mod macros;
mod open;
mod page;
mod read;
#[cfg(test)]
mod tests;
mod text;
mod union;
mod value;
mod write;

pub use free::{FreeForm, Other};
pub use items::{IntoIter, Items};
pub use open::{Id, OpenEnum};
pub use page::{Item, Page};
pub use read::{Found, FromBody, Model, Read, system_time};
#[doc(hidden)]
pub use text::{Result as Sure, Text, Unsure};
pub use union::Union;
pub use value::{Datetime, Decimal, Nullable, Timestamp};
pub use write::FieldWriter;

pub(crate) use free::Known;
pub(crate) use macros::{model_code, open_enum_code};
pub(crate) use open::{deserialize_enum, read_enum};
pub(crate) use read::{deserialize, field, other_field};
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use text::readers_agree;
pub(crate) use text::{model as text_model, read_all, string as read_string, text_field, union as text_union};
pub(crate) use union::{deserialize_union, union_from_body, union_id, union_of};
pub(crate) use write::{debug, serialize};
