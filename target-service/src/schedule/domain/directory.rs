//! The professionals and units of the clinic, all made up.

use serde::Serialize;

/// Something with a number and a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Named {
    /// Its number.
    pub id: i64,
    /// Its name.
    pub name: &'static str,
}

/// A professional with a speciality of their own.
pub(super) struct Professional {
    pub(super) named: Named,
    pub(super) specialty: Named,
}

/// A unit with the room that patients are sent to.
pub(super) struct Unit {
    pub(super) named: Named,
    pub(super) room: Named,
}

const fn named(id: i64, name: &'static str) -> Named {
    Named { id, name }
}

const PROFESSIONALS: [Professional; 4] = [
    Professional {
        named: named(2684, "Ana Lima"),
        specialty: named(55, "Cardiology"),
    },
    Professional {
        named: named(512, "Bruno Costa"),
        specialty: named(61, "Dermatology"),
    },
    Professional {
        named: named(782, "Clara Nunes"),
        specialty: named(47, "Paediatrics"),
    },
    Professional {
        named: named(903, "Davi Rocha"),
        specialty: named(33, "Orthopaedics"),
    },
];

const UNITS: [Unit; 4] = [
    Unit {
        named: named(901, "Central Clinic"),
        room: named(11, "Room 1"),
    },
    Unit {
        named: named(905, "North Clinic"),
        room: named(12, "Room 2"),
    },
    Unit {
        named: named(910, "South Clinic"),
        room: named(13, "Room 3"),
    },
    Unit {
        named: named(915, "Riverside Clinic"),
        room: named(14, "Room 4"),
    },
];

/// The professional with this number, or the first one.
pub(super) fn professional(id: i64) -> &'static Professional {
    let mut all = PROFESSIONALS.iter();
    all.find(|professional| professional.named.id == id)
        .unwrap_or(&PROFESSIONALS[0])
}

/// The unit with this number, or the first one.
pub(super) fn unit(id: i64) -> &'static Unit {
    let mut all = UNITS.iter();
    all.find(|unit| unit.named.id == id).unwrap_or(&UNITS[0])
}
