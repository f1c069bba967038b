//! What stands for the runtime in a build without it

use super::Tensor;

/// Cannot be made
#[derive(Debug)]
pub enum Runtime {}

impl Runtime {
    /// # Errors
    /// Always
    pub fn load(_: &[u8]) -> Result<Self, String> {
        Err("this build runs no ONNX models; build it with `--features onnx`".to_owned())
    }

    /// The inputs and outputs
    pub fn signature(&self) -> (Vec<Tensor>, Vec<Tensor>) {
        match *self {}
    }

    /// The outputs of rows
    ///
    /// # Errors
    /// Never
    pub fn run(&self, _: &[Vec<f64>], _: usize) -> Result<Vec<f64>, String> {
        match *self {}
    }
}
