//! What was asked about pictures: predictions, feature maps, one value's arithmetic, a confusion cell.

use super::Lab;
use super::questions::{InFlight, floats};
use crate::app::erase::Kept;
use crate::app::ink;
use crate::protocol::wire::Packet;
use crate::protocol::{Activation, Arithmetic, Command, Digit, LayerPixel, Prediction, RequestId, WeightInfo};
use leptos::prelude::*;

/// Which digit the visitor looks inside with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    Drawn,
    Test(usize),
}

/// One answer: the network's picture of a digit at some step.
#[derive(Clone, Debug)]
pub struct Watched {
    pub step: usize,
    pub prediction: Prediction,
    /// Name, `[channels, height, width]`, values row-major.
    pub layers: Vec<(String, [usize; 3], Vec<f32>)>,
    /// Name, `[filters, channels, height, width]`, values row-major.
    pub weights: Vec<(String, [usize; 4], Vec<f32>)>,
}

impl Watched {
    /// From the message and its little-endian buffers; layers first, then weights.
    pub fn new(
        step: usize,
        prediction: Prediction,
        activations: Vec<Activation>,
        weights: Vec<WeightInfo>,
        buffers: &[Vec<u8>],
    ) -> Self {
        let mut values = buffers.iter().map(|bytes| floats(bytes));
        let layers = activations
            .into_iter()
            .map(|a| (a.layer, a.shape, values.next().unwrap_or_default()))
            .filter(|(_, shape, values)| shape.iter().product::<usize>() == values.len())
            .collect();
        let weights = weights
            .into_iter()
            .map(|w| (w.name, w.shape, values.next().unwrap_or_default()))
            .filter(|(_, shape, values)| shape.iter().product::<usize>() == values.len())
            .collect();
        Self { step, prediction, layers, weights }
    }

    /// Shape and values of a layer.
    pub fn layer(&self, name: &str) -> Option<([usize; 3], &[f32])> {
        self.layers.iter().find(|(n, ..)| n == name).map(|(_, shape, values)| (*shape, values.as_slice()))
    }
}

/// The pictures of one cell of the confusion matrix; `pictures` is empty until they came.
#[derive(Clone, Debug, PartialEq)]
pub struct CellView {
    pub request: RequestId,
    pub actual: u8,
    pub predicted: u8,
    pub total: usize,
    pub waiting: bool,
    /// Index among the test images, probability given to `predicted`, 28x28 grey bytes.
    pub pictures: Vec<(usize, f32, Vec<u8>)>,
}

/// Signals about the digit being looked at.
#[derive(Clone, Copy)]
pub struct Looking {
    pub shown: RwSignal<Shown>,
    pub watched: Kept<Watched>,
    /// What the network says about the drawing.
    pub prediction: RwSignal<Option<Prediction>>,
    /// The drawing as the network gets it: 28x28 grey bytes.
    pub seen: RwSignal<Option<Vec<u8>>>,
    pub at: RwSignal<Option<LayerPixel>>,
    pub explained: Kept<Arithmetic>,
    /// Questions under way; the next is asked when the answer is there.
    pub predicting: RwSignal<InFlight>,
    pub watching: RwSignal<InFlight>,
    pub explaining: RwSignal<InFlight>,
}

impl Looking {
    pub fn new() -> Self {
        Self {
            shown: RwSignal::new(Shown::Drawn),
            watched: Kept::default(),
            prediction: RwSignal::new(None),
            seen: RwSignal::new(None),
            at: RwSignal::new(None),
            explained: Kept::default(),
            predicting: RwSignal::new(InFlight::default()),
            watching: RwSignal::new(InFlight::default()),
            explaining: RwSignal::new(InFlight::default()),
        }
    }

    /// Nothing is under way any more: the worker changed.
    pub(super) fn forget_questions(&self) {
        for flight in [self.predicting, self.watching, self.explaining] {
            flight.set(InFlight::default());
        }
    }
}

impl Lab {
    /// The drawing changed: ask what it is, and show its insides where it is the digit being looked at.
    pub fn drawing_changed(&self) {
        if self.drawing.with_untracked(|d| d.is_empty()) {
            self.looking.prediction.set(None);
            self.looking.seen.set(None);
            if self.looking.shown.get_untracked() == Shown::Drawn {
                self.stop_watching();
            }
            return;
        }
        self.predict();
        if self.looking.shown.get_untracked() == Shown::Drawn {
            self.watch();
        }
    }

    /// Looks inside with another digit.
    pub fn look_at(&self, shown: Shown) {
        self.looking.shown.set(shown);
        self.looking.watching.set(InFlight::default());
        self.stop_watching();
        self.watch();
    }

    fn stop_watching(&self) {
        self.looking.watched.set(None);
        self.looking.explained.set(None);
        self.ask(Packet::new(Command::Unwatch));
    }

    /// Asks everything again: the run is another one, or it learned something.
    pub(super) fn ask_again(&self) {
        self.predict();
        self.watch();
    }

    pub(super) fn predict(&self) {
        if self.drawing.with_untracked(|d| d.is_empty()) {
            return;
        }
        self.question(self.looking.predicting, |lab, request| {
            let pixels = lab.drawing.with_untracked(|d| d.pixels().to_vec());
            Some(Packet::with(Command::Predict { request, digit: Digit::Drawn { side: ink::SIDE } }, vec![pixels]))
        });
    }

    pub(super) fn watch(&self) {
        self.question(self.looking.watching, |lab, request| match lab.looking.shown.get_untracked() {
            Shown::Test(index) => Some(Packet::new(Command::Watch { request, digit: Digit::Test { index } })),
            Shown::Drawn => lab.drawing.with_untracked(|drawing| {
                let digit = Digit::Drawn { side: ink::SIDE };
                (!drawing.is_empty())
                    .then(|| Packet::with(Command::Watch { request, digit }, vec![drawing.pixels().to_vec()]))
            }),
        });
    }

    /// Asks how one value came about.
    pub fn explain(&self, at: LayerPixel) {
        if self.looking.at.with_untracked(|old| old.as_ref() == Some(&at)) {
            return;
        }
        self.looking.at.set(Some(at));
        self.explain_again();
    }

    pub(super) fn explain_again(&self) {
        self.question(self.looking.explaining, |lab, request| {
            let at = lab.looking.at.get_untracked()?;
            Some(Packet::new(Command::Explain { request, at }))
        });
    }

    /// Asks now, or once the answer to the question before is there.
    fn question(&self, flight: RwSignal<InFlight>, make: impl FnOnce(&Self, RequestId) -> Option<Packet<Command>>) {
        if !InFlight::may_ask(flight) {
            return;
        }
        let request = self.next_request();
        if let Some(packet) = make(self, request)
            && self.ask(packet)
        {
            flight.set(InFlight::of(request));
        }
    }

    /// An answer (or a refusal) came: whether it was to this question, asked last; and asks again if that was wanted.
    pub(super) fn answered(&self, flight: RwSignal<InFlight>, request: RequestId, again: impl FnOnce(&Self)) -> bool {
        let answered = InFlight::answered(flight, request);
        if answered == Some(true) {
            again(self);
        }
        answered.is_some()
    }

    /// Asks for the pictures of one cell of the confusion matrix.
    pub fn show_cell(&self, actual: u8, predicted: u8) {
        let request = self.next_request();
        self.cell.set(Some(CellView { request, actual, predicted, total: 0, waiting: true, pictures: Vec::new() }));
        self.ask(Packet::new(Command::Cell { request, actual, predicted, limit: 60 }));
    }
}
