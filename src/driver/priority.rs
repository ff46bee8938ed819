//! The scheduler's favour, for threads that stamp what arrives or keep media on time: neither may wait for whatever else runs on the bench's machine.
//!
//! Knows nothing of what they do.

#![expect(unsafe_code, reason = "neither the standard library nor rustix sets a thread's scheduling class")]

/// Asks for the scheduler's real-time class for the thread that calls, at its lowest priority. True if it was granted: it takes a right that
/// a user has where `ulimit -r` is not 0, and without it everything works as before, only later on a busy machine.
pub fn ask() -> bool {
    let lowest = libc::sched_param { sched_priority: 1 };
    // SAFETY: the pointer is to a live local, and the thread named is the one that runs.
    unsafe { libc::pthread_setschedparam(libc::pthread_self(), libc::SCHED_RR, &raw const lowest) == 0 }
}
