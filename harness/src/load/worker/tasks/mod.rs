//! Places that are tasks, for any connection and for users who do several things in order: [`place`] is one request at a
//! time, [`journey`] several in order, with alarms between.

mod journey;
mod place;

use std::cell::RefCell;
use std::io;
use std::rc::Rc;
use std::time::Duration;

use tokio::task::JoinHandle;

use super::crew::Crew;
use super::shift::Shift;
use crate::load::schedule::Arrival;
use crate::load::wire::Connect;
pub(super) use journey::{rest_unsent, unsent};
use place::{Desk, serve};

/// One task per place.
pub(super) struct Tasks<C> {
    shift: Rc<Shift<C>>,
    desks: RefCell<Vec<Rc<Desk>>>,
    places: RefCell<Vec<JoinHandle<()>>>,
}

impl<C> Tasks<C> {
    /// None yet.
    pub(super) fn new(shift: Rc<Shift<C>>) -> Self {
        Self {
            shift,
            desks: RefCell::default(),
            places: RefCell::default(),
        }
    }
}

impl<C: Connect + 'static> Crew for Tasks<C>
where
    C::Connection: 'static,
{
    fn places(&self) -> usize {
        self.places.borrow().len()
    }

    fn open(&self, arrival: Arrival, _now: Duration) {
        let (number, desk) = (self.places(), Rc::new(Desk::default()));
        self.desks.borrow_mut().push(Rc::clone(&desk));
        let place = serve(Rc::clone(&self.shift), (number, desk), arrival);
        self.places
            .borrow_mut()
            .push(tokio::task::spawn_local(place));
    }

    fn give(&self, place: usize, arrival: Arrival, _now: Duration) {
        self.desks.borrow()[place].give(arrival);
    }

    fn expire(&self, now: Duration) {
        self.desks.borrow().iter().for_each(|desk| desk.watch(now));
    }

    async fn leave(&self) -> io::Result<()> {
        // Whoever waits for an order learns that there will be none.
        self.desks.borrow().iter().for_each(|desk| desk.wake());
        for place in self.places.take() {
            place.await.map_err(io::Error::other)?;
        }
        Ok(())
    }
}
