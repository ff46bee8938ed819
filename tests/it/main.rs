mod firmware;
#[cfg(unix)]
mod live;
