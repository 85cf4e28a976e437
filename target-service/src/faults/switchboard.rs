//! The faults in force, shared by the fault API, the layers and the telemetry.

use std::sync::{Arc, PoisonError, RwLock};

use super::{
    FaultSpec, LineLies, RequestFacts,
    fault_set::{FaultSet, FaultSetError},
    route_fault::{self, Hit},
};
use crate::endpoint::{Catalogue, Subject};

/// A handle to one set of faults; clones share it.
#[derive(Debug, Clone)]
pub struct Faults {
    current: Arc<RwLock<Arc<FaultSet>>>,
    catalogue: Catalogue,
    seed: u64,
}

impl Faults {
    /// No faults. `seed` decides every later roll.
    pub fn none(catalogue: Catalogue, seed: u64) -> Self {
        Self {
            current: Arc::default(),
            catalogue,
            seed,
        }
    }

    /// Replaces the whole set, or leaves it untouched and tells all mistakes of `spec`.
    pub fn set(&self, spec: FaultSpec) -> Result<(), FaultSetError> {
        let set = FaultSet::check(spec, &self.catalogue.routes(), self.seed)?;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(set);
        Ok(())
    }

    /// Back to no faults.
    pub fn clear(&self) {
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::default();
    }

    /// The set in force, as it was written.
    pub fn spec(&self) -> FaultSpec {
        self.current().spec.clone()
    }

    /// Every kind of fault and whether it can strike now.
    pub fn active(&self) -> Vec<(&'static str, bool)> {
        let strengths = self.current().strengths().into_iter();
        strengths
            .map(|(kind, strength)| (kind, strength > 0.0))
            .collect()
    }

    /// Whether the increment of the request counter for an answer with `status` is to be lost.
    pub fn drop_increment(&self, status: u16) -> bool {
        let set = self.current();
        set.drop_counter
            .as_ref()
            .is_some_and(|fault| fault.drops(status, set.elapsed()))
    }

    /// What becomes of a request line; `None`: it stays honest. `facts` are asked for only when rules are set.
    pub fn line_lies(&self, facts: impl FnOnce() -> RequestFacts) -> Option<LineLies> {
        let set = self.current();
        if set.logs.is_empty() {
            return None;
        }
        set.logs.roll(&facts(), set.elapsed())
    }

    pub(super) fn roll_inner(&self, subject: Subject) -> Hit {
        let set = self.current();
        route_fault::roll(&set.inner, subject, set.elapsed())
    }

    pub(super) fn roll_outer(&self, subject: Subject) -> Hit {
        let set = self.current();
        route_fault::roll(&set.outer, subject, set.elapsed())
    }

    pub(super) fn subject(&self, request: &axum::extract::Request) -> Subject {
        self.catalogue.subject(request)
    }

    // Cloned out of the lock: a request under way keeps the set that it began with.
    fn current(&self) -> Arc<FaultSet> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }
}
