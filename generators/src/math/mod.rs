//! Arithmetic of the networks: maps with the channels of a place beside each other, and products
//! that read their rows where they are.

mod attention;
mod functions;
mod layers;
mod map;
mod norm;
mod panels;

pub(crate) use self::{
    attention::Heads,
    functions::{Curve, gated},
    layers::{Convolution, Linear, Walk},
    map::Map,
    norm::Norm,
};
