//! `usher doctor`
use crate::{ending::Ending, place::Place, trouble::Trouble};
/// Options of `usher doctor`.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Options {
    #[command(flatten)]
    place: Place,
}
/// Looks.
pub(crate) async fn run(options: Options) -> Result<Ending, Trouble> {
    let _ = options;
    Ok(Ending::Well)
}
