

mod firmware;
mod prove;
mod seeds;
mod sound_card;
mod truth;
