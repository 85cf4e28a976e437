//! The faults in force, shared by the fault API, the layers and the telemetry.

use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock, RwLockReadGuard};

use super::{
    FaultSpec, LineLies, MetricLies, RequestFacts,
    fault_set::{FaultSet, FaultSetError},
    health::{Probe, Verdict},
    inner_rule::InnerStrike,
    outer_rule::OuterStrike,
    resource::Running,
    rule::{self, Hit},
};
use crate::{
    config::Defects,
    endpoint::{Catalogue, Subject},
    server::Connections,
};

/// A handle to one set of faults; clones share it.
#[derive(Debug, Clone)]
pub struct Faults {
    current: Arc<RwLock<Arc<FaultSet>>>,
    /// Told for the life of the process, beside those of the set.
    standing_lies: Option<Arc<MetricLies>>,
    /// Not a part of the set, which a request under way may keep: the reset ends them at once.
    running: Arc<Mutex<Running>>,
    connections: Arc<OnceLock<Connections>>,
    catalogue: Catalogue,
    seed: u64,
}

impl Faults {
    /// No faults. `seed` decides every later roll.
    pub fn none(catalogue: Catalogue, seed: u64) -> Self {
        Self {
            current: Arc::default(),
            standing_lies: None,
            running: Arc::default(),
            connections: Arc::default(),
            catalogue,
            seed,
        }
    }

    /// Adds the lies that some defects are, for the life of the process: no set replaces them.
    pub fn with_defects(mut self, defects: &Defects) -> Self {
        self.standing_lies = MetricLies::of_defects(defects, self.seed).map(Arc::new);
        self
    }

    /// Names the connections that can be exhausted. Only the first call counts.
    pub fn reach(&self, connections: Connections) {
        let _first = self.connections.set(connections);
    }

    /// All mistakes of `spec`.
    pub fn check(catalogue: Catalogue, spec: FaultSpec) -> Result<(), FaultSetError> {
        FaultSet::check(spec, &catalogue.routes(), 0).map(drop)
    }

    /// Replaces the whole set, or leaves it untouched and tells all mistakes of `spec`. To be called in a
    /// runtime: faults of resources have tasks.
    pub fn set(&self, spec: FaultSpec) -> Result<(), FaultSetError> {
        let set = FaultSet::check(spec, &self.catalogue.routes(), self.seed)?;
        self.replace(set);
        Ok(())
    }

    /// Back to no faults.
    pub fn clear(&self) {
        self.replace(FaultSet::default());
    }

    fn replace(&self, set: FaultSet) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        // What ran ends before anything else begins.
        *running = Running::default();
        *running = set.resource.start(set.since, self.connections.get());
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(set);
    }

    /// The set in force, as it was written.
    pub fn spec(&self) -> FaultSpec {
        self.current().spec.clone()
    }

    /// Every kind of fault and whether it can strike now.
    pub fn active(&self) -> Vec<(&'static str, bool)> {
        let strengths = self.strengths().into_iter();
        strengths
            .map(|(kind, strength)| (kind, strength > 0.0))
            .collect()
    }

    /// The lies to tell, those of the set last. Without any the list is empty and costs nothing.
    pub fn metric_lies(&self) -> Vec<Arc<MetricLies>> {
        let current = self.current();
        let standing = self.standing_lies.iter();
        standing.chain(&current.metric_lies).cloned().collect()
    }

    /// Every kind of fault and how strong it is now, in `0..=1`.
    pub fn strengths(&self) -> Vec<(&'static str, f64)> {
        let standing = MetricLies::strengths(self.standing_lies.as_deref());
        let strongest = |(kind, strength)| {
            let standing = standing.iter().find(|(standing, _)| *standing == kind);
            (
                kind,
                standing.map_or(strength, |(_, standing)| standing.max(strength)),
            )
        };
        let strengths = self.current().strengths().into_iter();
        strengths.map(strongest).collect()
    }

    /// What becomes of a request line; `None`: it stays honest. `facts` are asked for only when rules are set.
    pub fn line_lies(&self, facts: impl FnOnce() -> RequestFacts) -> Option<LineLies> {
        let set = self.current();
        if set.logs.is_empty() {
            return None;
        }
        set.logs.roll(&facts(), set.elapsed())
    }

    /// What `probe` has to say; `None`: the truth.
    pub fn verdict(&self, probe: Probe) -> Option<Verdict> {
        let set = self.current();
        set.health.verdict(probe, set.elapsed())
    }

    pub(super) fn roll_inner(&self, subject: Subject) -> Hit<InnerStrike> {
        let set = self.current();
        rule::roll(&set.inner, subject, || set.elapsed())
    }

    pub(super) fn roll_outer(&self, subject: Subject) -> Hit<OuterStrike> {
        let set = self.current();
        rule::roll(&set.outer, subject, || set.elapsed())
    }

    // Held for one question only, and never across an await.
    fn current(&self) -> RwLockReadGuard<'_, Arc<FaultSet>> {
        self.current.read().unwrap_or_else(PoisonError::into_inner)
    }
}
