mod firmware;
#[cfg(unix)]
mod live;
mod sound_card;
