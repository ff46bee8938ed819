mod firmware;
mod seeds;
mod truth;
