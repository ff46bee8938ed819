//! The scheduler's favour, for threads that stamp what arrives or keep media on time: neither may wait for whatever
//! else runs on the bench's machine.
//!
//! Knows nothing of what they do.

#![expect(unsafe_code, reason = "neither the standard library nor rustix sets a thread's scheduling class")]

/// Asks for the scheduler's real-time class for the thread that calls, at its lowest priority. True if it was granted:
/// it takes a right that a user has where `ulimit -r` is not 0, and without it everything works as before, only later
/// on a busy machine.
pub fn ask() -> bool {
    let lowest = libc::sched_param { sched_priority: 1 };
    // SAFETY: the pointer is to a live local, and the thread named is the one that runs.
    unsafe { libc::pthread_setschedparam(libc::pthread_self(), libc::SCHED_RR, &raw const lowest) == 0 }
}

/// What a thread was before it was preferred for a moment; that again when this is dropped.
pub struct Preferred(Option<(libc::c_int, libc::sched_param)>);

/// Has the thread that calls preferred, if that is granted, while what is returned lives: what it does meanwhile is
/// done at once.
pub fn for_now() -> Preferred {
    let mut before = (libc::SCHED_OTHER, libc::sched_param { sched_priority: 0 });
    // SAFETY: both pointers are to live locals, and the thread named is the one that runs.
    let is_known = unsafe { libc::pthread_getschedparam(libc::pthread_self(), &raw mut before.0, &raw mut before.1) == 0 };
    Preferred((is_known && ask()).then_some(before))
}

impl Drop for Preferred {
    fn drop(&mut self) {
        let Some((class, parameters)) = self.0 else { return };
        // SAFETY: as above. What was granted before is granted again.
        let _granted = unsafe { libc::pthread_setschedparam(libc::pthread_self(), class, &raw const parameters) };
    }
}
