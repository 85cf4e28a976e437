//! Rule files as a team ships them. Pure.
