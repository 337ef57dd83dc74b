//! What can go wrong with a checkpoint or a folder of pictures: each a sentence and a next action.

use thiserror::Error;

#[derive(Debug, Error)]
pub enum AssetError {
    #[error(
        "{file} is no PyTorch checkpoint that can be read: {reason}. \
         Save the weights with torch.save(network.state_dict(), FILE), or fetch the file again."
    )]
    NotACheckpoint { file: String, reason: String },
    #[error(
        "{file} was refused: it wants to use {name}, which weights do not need and which may run code when Python opens \
         it. Do not open the file; take it from a source you trust, or save only the network's state_dict()."
    )]
    ForbiddenClass { file: String, name: String },
    #[error("{file} is not CIFAR-10's binary version: {reason}. Nothing was installed; fetch the file again.")]
    NotCifar10 { file: String, reason: String },
    #[error(
        "{file} does not fit {architecture}: {reason}. Choose the architecture that the weights were trained with."
    )]
    DoesNotFit { file: String, architecture: String, reason: String },
    #[error(
        "{file} is not the file that was published: its SHA-256 is {got}, and one {expected} was expected. \
         It was not installed; fetch it again."
    )]
    WrongHash { file: String, expected: String, got: String },
    #[error(
        "{file} is not the file that was published: its length is {got} bytes instead of {expected}. \
         It was not installed; fetch it again."
    )]
    WrongSize { file: String, expected: String, got: u64 },
    #[error(
        "{url} could not be fetched: {reason}. What has arrived is kept; run the command again to go on from there."
    )]
    Interrupted { url: String, reason: String },
    #[error("{url} cannot be reached: {reason}. Check the network, or use --mirror.")]
    Unreachable { url: String, reason: String },
    #[error(
        "{name} cannot be had: {file} is neither in {places}, and {url} cannot be reached ({reason}). \
         Run the command again when there is a network; or put that file, from another machine, into a folder and run: \
         cargo xtask assets fetch {name} --mirror FOLDER"
    )]
    Missing { name: String, file: String, places: String, url: String, reason: String },
    #[error(
        "“{name}” is no name for an asset: use up to 64 letters, digits, “-” and “_”, the first a letter or digit."
    )]
    BadName { name: String },
    #[error("there is no {what} “{name}”. Known: {known}.")]
    Unknown { what: &'static str, name: String, known: String },
    #[error("{file} names {got} classes, and {architecture} tells {expected} apart. One class a line, in their order.")]
    WrongClasses { file: String, architecture: String, expected: usize, got: usize },
    #[error(
        "{folder} holds no class folders with pictures: {reason}. \
         It must look like FOLDER/CLASS/PICTURE.jpg, or FOLDER/train/CLASS/PICTURE.jpg."
    )]
    NoPictures { folder: String, reason: String },
}
