//! Makes a run ready: its backbone is fetched, then the network is put together.

use super::{Running, Teach, post};
use crate::data::{InstalledNetwork, Preprocessing};
use crate::models::{Network, architecture};
use crate::protocol::{Fault, FaultSite, Group, Head, Labelled, RunId, RunState, Start, TeachEvent, TeachSettings};
use crate::train::checkpoint::Meta;
use crate::train::taught::{Taught, TaughtCheckpoint, TaughtSession, from_bytes};
use crate::worker::fetch::Fetcher;
use crate::worker::weights::{self, Weights};
use crate::worker::{Input, driver, inside};
use web_sys::Blob;
use web_time::Instant;

/// What a run is to be made of.
pub struct Ask {
    pub run: RunId,
    pub settings: TeachSettings,
    pub classes: Vec<String>,
    pub pictures: Vec<Labelled>,
    pub blobs: Vec<Blob>,
    /// The run to go on with, or whose weights to begin with.
    pub earlier: Option<TaughtCheckpoint>,
    /// Which of both.
    pub resume: bool,
}

/// A backbone with its weights, as far as they were needed.
pub struct Loaded {
    pub(super) about: InstalledNetwork,
    network: Network,
}

/// A run that waits for its backbone.
pub struct Opening {
    ask: Ask,
    fetcher: Fetcher,
}

impl Teach {
    pub(super) async fn prepare(&mut self, mut ask: Ask, checkpoint: Option<&[u8]>) -> Result<(), Fault> {
        if let Some(opening) = self.opening.take() {
            opening.fetcher.cancel();
        }
        self.run = None;
        self.used = None;
        if let Some(bytes) = checkpoint {
            let earlier = from_bytes("the saved run", bytes)?;
            if ask.resume {
                ask.settings = earlier.settings.clone();
                // The classes it was taught, whatever they are called now.
                ask.classes.clone_from(&earlier.classes);
                let known = ask.classes.len();
                let keep: Vec<bool> = ask.pictures.iter().map(|picture| picture.class < known).collect();
                let mut kept = keep.iter();
                ask.pictures.retain(|_| kept.next() == Some(&true));
                let mut kept = keep.iter();
                ask.blobs.retain(|_| kept.next() == Some(&true));
            }
            ask.earlier = Some(earlier);
        } else if ask.resume {
            return Err(Fault::NoRun);
        }
        check(&ask)?;
        let (device, ..) = self.device.clone().ok_or(Fault::NoRun)?;
        let name = ask.settings.backbone.clone();
        let manifest = self.manifest().await?.clone();
        let about = manifest.networks.iter().find(|network| network.name == name).cloned();
        let Some(about) = about else {
            return Err(Fault::NotInstalled { command: inside::command(&name), network: name });
        };
        let shape = architecture(&about.architecture).ok_or_else(|| Fault::WrongAsset {
            name: about.title.clone(),
            reason: format!("this page knows no architecture called {}", about.architecture),
        })?;
        if self.loaded.as_ref().is_none_or(|loaded| loaded.about.name != name) {
            self.loaded = Some(Loaded { about: about.clone(), network: Network::new(shape, &device) });
        }
        let has = |group: Group| self.loaded.as_ref().is_some_and(|loaded| loaded.network.has(group));
        let own = ask.settings.head == Head::Own;
        let groups = Group::ALL.into_iter().filter(|&group| (own || group != Group::Classifier) && !has(group));
        let groups: Vec<Group> = if ask.settings.start == Start::Random { Vec::new() } else { groups.collect() };
        let fetcher = Fetcher::new(&self.assets)?;
        let run = ask.run.clone();
        self.opening = Some(Opening { ask, fetcher: fetcher.clone() });
        if groups.is_empty() {
            return self.begin();
        }
        let (queue, id) = (self.queue.clone(), run.clone());
        let tell = move |done, total| post(TeachEvent::Opening { run: run.clone(), done, total });
        // The queue is unbounded and its receiver lives as long as the worker.
        let send = move |weights| drop(queue.try_send(Input::Teach(id.clone(), weights)));
        weights::fetch(&fetcher, &manifest, &about, groups, tell, send);
        Ok(())
    }

    /// What the download sends home.
    pub fn receive(&mut self, run: &RunId, weights: Weights) {
        // Of a run that was left in the meantime.
        if self.opening.as_ref().is_none_or(|opening| opening.ask.run != *run) {
            return;
        }
        let Some(loaded) = &mut self.loaded else { return };
        let outcome = match weights {
            Weights::Shard(path, pieces) => {
                pieces.into_iter().try_for_each(|piece| loaded.network.insert(&path, piece))
            }
            // Its thousand classes are of no use here.
            Weights::Classes(_) => Ok(()),
            Weights::All => self.begin(),
            Weights::Failed(fault) => Err(fault),
        };
        if let Err(fault) = outcome {
            if let Some(opening) = self.opening.take() {
                opening.fetcher.cancel();
            }
            driver::fail(FaultSite::Run, fault);
        }
    }

    /// Stops the download of a run that waits for it.
    pub(super) fn cancel_opening(&mut self) -> bool {
        let Some(opening) = &self.opening else { return false };
        opening.fetcher.cancel();
        true
    }

    fn begin(&mut self) -> Result<(), Fault> {
        let (Some(Opening { ask, .. }), Some(loaded)) = (self.opening.take(), &self.loaded) else { return Ok(()) };
        let (_, backend, _) = self.device.clone().ok_or(Fault::NoRun)?;
        let Ask { run: id, settings, classes, pictures, blobs, earlier, resume } = ask;
        let preprocessing: Preprocessing = loaded.about.preprocessing;
        let mut course = Taught::new(settings, classes, pictures, loaded.network.clone(), preprocessing);
        let same_pictures = !resume || earlier.as_ref().is_some_and(|earlier| earlier.pictures == course.digest());
        let familiarity = earlier.as_ref().filter(|_| resume).and_then(|earlier| earlier.familiarity.clone());
        let session = match earlier {
            Some(earlier) if resume => TaughtSession::restored(course, earlier, backend)?,
            earlier => {
                if let Some(earlier) = earlier {
                    course.begin_with(&earlier);
                }
                let learner = course.learner();
                TaughtSession::at(course, backend, learner, Meta::default())
            }
        };
        let state = match (&session.history.report, session.step()) {
            (Some(_), _) => RunState::Finished,
            (None, 0) => RunState::Fresh,
            (None, _) => RunState::Paused,
        };
        let now = Instant::now();
        self.run = Some(Running {
            id,
            session,
            state,
            blobs,
            familiarity,
            calibration: None,
            same_pictures,
            last_news: now,
            last_save: now,
        });
        self.tell_history();
        self.tell_state(state);
        Ok(())
    }
}

/// What can be seen to be wrong before anything is fetched.
fn check(ask: &Ask) -> Result<(), Fault> {
    let bad = |reason: String| Err(Fault::BadSettings { reason });
    if let Err(reason) = ask.settings.check() {
        return bad(reason);
    }
    let (fewest, most) = crate::protocol::teach_catalog::CLASSES;
    if !(fewest..=most).contains(&ask.classes.len()) {
        return bad(format!("it takes {fewest} to {most} classes, and there are {}", ask.classes.len()));
    }
    if ask.pictures.len() != ask.blobs.len() || ask.pictures.iter().any(|p| p.class >= ask.classes.len()) {
        return Err(Fault::Internal { message: "pictures and classes do not belong together".to_owned() });
    }
    if ask.resume {
        // It can be used without a single picture.
        return Ok(());
    }
    for (class, name) in ask.classes.iter().enumerate() {
        let count = ask.pictures.iter().filter(|picture| picture.class == class).count();
        if count < crate::protocol::teach_catalog::FEWEST_PICTURES {
            return bad(format!(
                "{name} has {count} pictures, and a class needs two at least: one to learn from and one to check with"
            ));
        }
    }
    Ok(())
}
