mod firmware;
mod sound_card;
