use super::Values;
use burn::backend::wgpu::{CubeDim, KernelSource, SourceKernel, SourceTemplate, into_contiguous};
use burn::cubecl::prelude::{CubeCount, KernelId};
use burn::cubecl::server::KernelArguments;
use burn::tensor::Shape;

/// Threads of a workgroup, as every kernel declares them.
const WORKGROUP: usize = 64;
/// Workgroups in the first dimension of a launch.
const WORKGROUPS_ACROSS: usize = 32_768;

/// A kernel in WGSL. Its buffers are bound as outputs, then inputs, and all may be written as far as WGSL knows:
/// where memory is shared between tensors, WebGPU refuses to read one part of a buffer while another is written.
pub struct Kernel {
    source: &'static str,
    more: &'static str,
    /// Written in front of the source, as `const NAME: i32 = value;`
    constants: Vec<(&'static str, usize)>,
}

impl Kernel {
    pub fn new(source: &'static str, constants: impl IntoIterator<Item = (&'static str, usize)>) -> Self {
        Self { source, more: "", constants: constants.into_iter().collect() }
    }

    /// Gives the kernel its `bias_of`: of a third input, or zero.
    pub fn with_bias(mut self, has_bias: bool) -> Self {
        self.more = if has_bias { include_str!("bias.wgsl") } else { include_str!("no_bias.wgsl") };
        self
    }

    /// Runs `threads` of it and returns the outputs, of the given shapes and in rows.
    ///
    /// WebGPU allows 65,535 workgroups in one dimension, which a batch of 900 exceeds, so there are two: a thread's
    /// number is `id.y * ACROSS + id.x`.
    pub fn launch<const N: usize>(mut self, threads: usize, inputs: &[&Values], outputs: [Shape; N]) -> [Values; N] {
        let (client, device) = (inputs[0].client.clone(), inputs[0].device.clone());
        let dtype = inputs[0].dtype;
        let outputs = outputs.map(|shape| {
            let handle = client.empty(shape.num_elements() * dtype.size());
            Values::new_contiguous(client.clone(), device.clone(), shape, handle, dtype)
        });
        let handles = outputs.iter().chain(inputs.iter().copied()).map(|x| x.handle.clone().binding());
        let arguments = handles.fold(KernelArguments::new(), KernelArguments::with_buffer);
        let workgroups = threads.div_ceil(WORKGROUP);
        let across = workgroups.min(WORKGROUPS_ACROSS);
        self.constants.push(("ACROSS", across * WORKGROUP));
        let count = CubeCount::Static(across as u32, workgroups.div_ceil(across) as u32, 1);
        client.launch(Box::new(SourceKernel::new(self, CubeDim::new_1d(WORKGROUP as u32))), count, arguments);
        outputs
    }
}

impl KernelSource for Kernel {
    fn source(&self) -> SourceTemplate {
        let constants: String =
            self.constants.iter().map(|(name, value)| format!("const {name}: i32 = {value};\n")).collect();
        SourceTemplate::new(constants + self.source + self.more)
    }

    fn id(&self) -> KernelId {
        KernelId::new::<Self>().info((self.source, self.more, self.constants.clone()))
    }

    fn lang(&self) -> &'static str {
        "wgsl"
    }
}

/// The same values in row-major order, copied only where they are not so already.
pub fn in_rows(x: Values) -> Values {
    into_contiguous(x)
}
