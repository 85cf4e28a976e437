//! Resources that run out: memory, connections, processor time. All bounded, all given back at the reset.

mod connections;
mod cpu;
mod memory;
mod spec;

pub use spec::{ConnectionsFaultSpec, CpuFaultSpec, MemoryFaultSpec, ResourceFaultSpec};

use std::time::Duration;

use tokio::{task::JoinHandle, time::Instant};

use super::{course::Course, mistakes};
use crate::server::Connections;

/// How often the amounts follow their courses.
const STEP: Duration = Duration::from_millis(100);

/// The checked faults, not running yet.
#[derive(Debug, Default)]
pub(super) struct ResourceFaults {
    memory: Option<(MemoryFaultSpec, Course)>,
    connections: Option<(ConnectionsFaultSpec, Course)>,
    cpu: Option<(CpuFaultSpec, Course)>,
}

/// The faults at work, until dropped.
#[derive(Debug, Default)]
pub(super) struct Running {
    _tasks: Vec<Task>,
    _burners: Option<cpu::Burners>,
}

/// A task that ends with its owner.
#[derive(Debug)]
struct Task(JoinHandle<()>);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl ResourceFaults {
    pub(super) fn check(spec: &ResourceFaultSpec, found: &mut Vec<String>) -> Self {
        let memory = spec.memory.as_ref().map(|spec| {
            let field = "resource.memory";
            let per_second = format!("{field}.bytes_per_second");
            mistakes::at_most(
                &per_second,
                spec.bytes_per_second,
                memory::MAX_BYTES_PER_SECOND,
                found,
            );
            let bytes = format!("{field}.max_bytes");
            mistakes::at_most(&bytes, spec.max_bytes, memory::MAX_BYTES, found);
            let course = Course::check(field, spec.course.as_ref(), found);
            (spec.clone(), course)
        });
        let connections = spec.connections.as_ref().map(|spec| {
            let field = "resource.connections";
            let course = Course::check(field, spec.course.as_ref(), found);
            (spec.clone(), course)
        });
        let cpu = spec.cpu.as_ref().map(|spec| {
            let field = "resource.cpu";
            let threads = format!("{field}.threads");
            mistakes::at_most(&threads, spec.threads, cpu::MAX_THREADS, found);
            let course = Course::check(field, spec.course.as_ref(), found);
            (spec.clone(), course)
        });
        Self {
            memory,
            connections,
            cpu,
        }
    }

    /// Begins, courses counting from `since`. Needs a runtime when there is anything to begin.
    pub(super) fn start(&self, since: Instant, connections: Option<&Connections>) -> Running {
        let mut tasks = Vec::new();
        if let Some((spec, course)) = &self.memory {
            let leak = memory::leak(spec.clone(), *course, since);
            tasks.push(Task(tokio::spawn(leak)));
        }
        if let Some(((spec, course), connections)) = self.connections.as_ref().zip(connections) {
            let hold = connections::hold(spec.slots, *course, since, connections.clone());
            tasks.push(Task(tokio::spawn(hold)));
        }
        let burners = self.cpu.as_ref();
        Running {
            _tasks: tasks,
            _burners: burners.map(|(spec, course)| cpu::burn(spec.threads, *course, since)),
        }
    }

    pub(super) fn strengths(&self, elapsed: Duration) -> [(&'static str, f64); 3] {
        let strength = |amount: u64, course: Course| match amount {
            0 => 0.0,
            _ => course.strength(elapsed),
        };
        [
            (
                "memory_leak",
                (self.memory.as_ref()).map_or(0.0, |(spec, course)| {
                    strength(spec.bytes_per_second, *course)
                }),
            ),
            (
                "connection_exhaustion",
                (self.connections.as_ref())
                    .map_or(0.0, |(spec, course)| strength(spec.slots, *course)),
            ),
            (
                "cpu_burn",
                (self.cpu.as_ref()).map_or(0.0, |(spec, course)| strength(spec.threads, *course)),
            ),
        ]
    }
}
