//! Checks of recording and alerting rules.

mod difference;
pub mod loaded;
pub mod windows;

pub use loaded::Loaded;
pub use windows::Windows;
