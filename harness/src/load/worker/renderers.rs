//! The renderers of one worker: of each route as many as it has requests in flight at once, or one where a request that
//! is written needs it no more.
//!
//! One for each place and route would be less to do, and too much to keep: ten thousand places times a thousand routes.

use std::cell::RefCell;

use crate::load::request::{Renderer, Trace};

/// Lends renderers out.
#[derive(Debug)]
pub(super) struct Renderers {
    routes: Vec<Shelf>,
}

/// Those of one route.
#[derive(Debug)]
struct Shelf {
    /// Never used itself.
    fresh: Renderer,
    /// Those that came back, the latest on top: its buffer is most likely still in a cache.
    back: RefCell<Vec<Renderer>>,
}

impl Renderers {
    /// One per route.
    pub(super) fn new(fresh: Vec<Renderer>) -> Self {
        let shelves = fresh.into_iter().map(|fresh| Shelf {
            fresh,
            back: RefCell::default(),
        });
        Self {
            routes: shelves.collect(),
        }
    }

    /// How many routes there are.
    pub(super) fn routes(&self) -> usize {
        self.routes.len()
    }

    /// The trace of an arrival.
    pub(super) fn trace(&self, route: usize, seq: u64) -> Trace {
        self.routes[route].fresh.trace(seq)
    }

    /// Renders with one of a route that is taken back at once: where that is always so, there is only one.
    pub(super) fn with<T>(&self, route: usize, render: impl FnOnce(&mut Renderer) -> T) -> T {
        let Shelf { fresh, back } = &self.routes[route];
        let mut back = back.borrow_mut();
        if back.is_empty() {
            back.push(fresh.clone());
        }
        let last = back.len() - 1;
        render(&mut back[last])
    }

    /// One for a route, with the buffer of an earlier request if there was one.
    pub(super) fn lend(&self, route: usize) -> Renderer {
        let Shelf { fresh, back } = &self.routes[route];
        let renderer = back.borrow_mut().pop();
        renderer.unwrap_or_else(|| fresh.clone())
    }

    /// Takes it back for the next request of the route.
    pub(super) fn take_back(&self, route: usize, renderer: Renderer) {
        self.routes[route].back.borrow_mut().push(renderer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::fixture::Fixture;

    #[test]
    fn there_are_as_many_of_a_route_as_were_lent_at_once() {
        let route = Fixture::new().plan.load.routes[0].clone();
        let fresh = Renderer::new(&route, 1, 1, ("kv", ""), &[]);
        let renderers = Renderers::new(vec![fresh.clone(), fresh]);
        for _ in 0..10 {
            let mut lent: Vec<_> = (0..3).map(|_| renderers.lend(1)).collect();
            for mut renderer in lent.drain(..) {
                renderer.render(0, renderer.trace(0), &[]);
                renderers.take_back(1, renderer);
            }
        }
        let kept: Vec<_> = renderers
            .routes
            .iter()
            .map(|s| s.back.borrow().len())
            .collect();
        assert_eq!(kept, [0, 3]);
    }
}
