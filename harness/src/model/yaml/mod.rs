//! YAML with places: a text becomes a tree of nodes that know where they stand, and a tree becomes a typed value
//! while every mistake of shape is collected. Used for each file a person writes: scenarios, rules, objectives.

mod node;
mod parse;
mod path;
mod schema;
mod shape;
mod walk;

pub use node::{Entry, Node, NodeKind};
pub use parse::parse;
pub use path::Path;
pub use shape::{Places, Shaped, read};
