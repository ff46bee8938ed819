//! Panics caught and kept: where and what, for the journal, instead of a dump on the terminal.
//!
//! The hook is set once for the process and touches only threads that are within [`catch`]; every other panic goes
//! where it went before.

use std::any::Any;
use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::sync::Once;

/// A panic: a mistake in hejnal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Panicked {
    pub message: String,
    /// `file:line:column`; empty where nothing but an unwinding came by.
    pub location: String,
}

thread_local! {
    /// `Some` while this thread is within [`catch`]; holds the last panic's message and place.
    static CAUGHT: RefCell<Option<Option<Panicked>>> = const { RefCell::new(None) };
}

static HOOK: Once = Once::new();

/// Runs `f`; gives back what it panicked with, or the payload of whatever else unwound through it.
pub fn catch<T>(f: impl FnOnce() -> T) -> Result<T, (Box<dyn Any + Send>, Panicked)> {
    HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !keep(info) {
                before(info);
            }
        }));
    });
    let outer = CAUGHT.with(|caught| caught.replace(Some(None)));
    let result = panic::catch_unwind(AssertUnwindSafe(f));
    let kept = CAUGHT.with(|caught| caught.replace(outer)).flatten();
    result.map_err(|payload| {
        let bare = Panicked { message: message(&*payload), location: String::new() };
        (payload, kept.unwrap_or(bare))
    })
}

fn keep(info: &PanicHookInfo<'_>) -> bool {
    let location = info.location().map(ToString::to_string).unwrap_or_default();
    let panicked = Panicked { message: message(info.payload()), location };
    // A panic while the thread is being torn down finds no cell; it is not ours then.
    CAUGHT
        .try_with(|caught| match caught.try_borrow_mut() {
            Ok(mut slot) if slot.is_some() => {
                *slot = Some(Some(panicked));
                true
            }
            _ => false,
        })
        .unwrap_or(false)
}

fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<String>().map(String::as_str).or_else(|| payload.downcast_ref::<&str>().copied());
    text.unwrap_or("a payload that is no text").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn message_and_place_are_kept_and_nesting_works() {
        let (_, inner) = catch(|| {
            let (_, inner) = catch(|| panic!("inner {}", 1)).unwrap_err();
            assert_eq!(inner.message, "inner 1");
            panic!("outer")
        })
        .unwrap_err();
        assert_eq!(inner.message, "outer");
        assert!(inner.location.contains("panics.rs:"), "{}", inner.location);
        assert_eq!(catch(|| 5).ok(), Some(5));
    }

    #[test]
    fn an_unwinding_that_is_no_panic_keeps_its_payload() {
        let (payload, panicked) = catch(|| panic::resume_unwind(Box::new(7u32))).unwrap_err();
        assert_eq!(payload.downcast_ref::<u32>(), Some(&7));
        assert_eq!(panicked.location, "");
    }
}
