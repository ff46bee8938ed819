mod firmware;
mod prove;
mod sound_card;
