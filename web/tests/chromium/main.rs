//! What only a real browser can tell: the chat on a page of another site, under a policy that forbids
//! all it can, and signing in with a wallet.
//!
//! Needs Chromium (`FOOTNOTE_CHROMIUM`, or `chromium` on the path) beside what the journeys need; without
//! either it says that it was skipped. With `FOOTNOTE_SHOTS` set to a folder, pictures are left there.

#[path = "../../../xtask/src/shots/base64.rs"]
mod base64;
#[path = "../journey/browser.rs"]
#[expect(dead_code, reason = "the journeys look closer at what comes back")]
mod browser;
#[path = "../../../xtask/src/shots/devtools.rs"]
mod devtools;
#[path = "../journey/house.rs"]
#[expect(dead_code, reason = "the journeys use more of the house than is used here")]
mod house;
mod page;
mod site;
mod wallet;
mod widget;
