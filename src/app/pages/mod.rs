//! One file per page.

mod googlenet;
mod home;
mod inside;
mod lenet;
mod not_found;
mod teach;

pub use googlenet::GooglenetPage;
pub use home::Home;
pub use inside::InsidePage;
pub use lenet::LenetPage;
pub use not_found::NotFound;
pub use teach::TeachPage;
