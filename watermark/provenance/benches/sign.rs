//! Measured once signing exists.
fn main() {}
