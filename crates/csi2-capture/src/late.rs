//! The end of what a reader can give: what came before an error is given first.

use crate::CaptureError;

/// An error that waits until what was read before it is given.
#[derive(Debug, Default)]
pub(crate) struct Late(Option<CaptureError>);

impl Late {
    /// To be asked before a chunk is gathered.
    ///
    /// # Errors
    /// The one that waits.
    pub(crate) fn check(&mut self) -> Result<(), CaptureError> {
        self.0.take().map_or(Ok(()), Err)
    }

    /// `outcome`: why no more could be gathered, if so; `empty`: whether nothing was.
    ///
    /// # Errors
    /// That one where nothing comes before it; else it waits, and the outcome is the default.
    pub(crate) fn hold<T: Default>(
        &mut self,
        outcome: Result<T, CaptureError>,
        empty: bool,
    ) -> Result<T, CaptureError> {
        match outcome {
            Err(error) if !empty => {
                self.0 = Some(error);
                Ok(T::default())
            }
            outcome => outcome,
        }
    }
}
