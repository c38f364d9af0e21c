//! Signing in with a wallet of the browser (EIP-1193); the wallet is the test's, its key anvil's.

use crate::devtools::Browser;
use crate::house;
use crate::page::{self, Page};
use footnote_ledger::chain::{dev_signer, sign_message, signer_address};
use serde_json::json;

/// A wallet that notes what it is asked to sign, and gives what the test puts there.
const WALLET: &str = "
    window.ethereum = { async request({ method, params }) {
      if (method === 'eth_requestAccounts') return ['ADDRESS'];
      if (method === 'personal_sign') {
        window.toSign = params;
        for (;;) { if (window.signature) return window.signature; await new Promise((r) => setTimeout(r, 50)); }
      }
      throw new Error(method);
    } };
";

#[test]
fn a_wallet_signs_in() {
    let _alone = page::alone();
    let Some(program) = page::chromium() else { return };
    let Some(house) = house::ready() else { return };
    let key = dev_signer(30).expect("a key");
    let address = signer_address(&key).to_string();
    let mut browser = Browser::start(&program).expect("Chromium starts");
    let mut page = Page::new(&mut browser, &WALLET.replace("ADDRESS", &address));
    page.open(&format!("{}/sign-in", house.url));
    page.shoot("sign-in");
    page.wait("document.querySelector('[data-wallet]')?.hidden === false");
    page.run("document.querySelector('[data-wallet] button').click(); true");
    page.wait("location.search.includes('address=') && !!document.querySelector('[data-sign]') && document.querySelector('[data-wallet]')?.hidden === false");
    page.shoot("sign-in-message");
    page.run("document.querySelector('[data-wallet] button').click(); true");
    page.wait("!!window.toSign");
    let asked = page.run("window.toSign");
    assert_eq!(asked[1], address.as_str());
    let message = page.run("document.querySelector('textarea[name=message]').value");
    let message = message.as_str().expect("a message");
    let hex: String = message.bytes().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(asked[0], format!("0x{hex}"));
    let signature = sign_message(&key, message).expect("signed");
    let digits: String = signature.iter().map(|byte| format!("{byte:02x}")).collect();
    page.run(&format!("window.signature = {}; true", json!(format!("0x{digits}"))));
    page.wait("location.pathname === '/account' && document.readyState === 'complete'");
    let shown = page.run("document.querySelector('main').textContent.toLowerCase()");
    assert!(shown.as_str().expect("text").contains(&address), "{shown}");
    page.close();
    pictures(&mut browser, &house);
}

/// The pages of an account with something on them, for those who want to look.
fn pictures(browser: &mut Browser, house: &house::House) {
    if std::env::var_os("FOOTNOTE_SHOTS").is_none() {
        return;
    }
    let mut page = Page::new(browser, "");
    page.open(&format!("{}/sign-in", house.url));
    page.run("document.querySelector('[value=ana]').click(); true");
    page.wait("location.pathname === '/account' && document.readyState === 'complete'");
    page.run("document.querySelector('form[action=\"/account/deposit\"] button').click(); true");
    page.wait("location.search.includes('deposited')");
    std::thread::sleep(std::time::Duration::from_secs(5));
    for question in ["What is a Datanet?", "Who won the cup in Ruritania?"] {
        page.open(&format!("{}/", house.url));
        page.wait(
            "location.pathname === '/' && !!document.querySelector('form[data-ask] textarea')",
        );
        page.run(&format!("document.querySelector('textarea').value = {}; document.querySelector('form[data-ask]').requestSubmit(); true", json!(question)));
        page.wait(
            "location.pathname.startsWith('/answers/') && !document.querySelector('[data-events]')",
        );
    }
    page.open(&format!("{}/account", house.url));
    page.shoot("account");
    page.run("document.querySelector('.eyebrow a[href^=\"/earnings\"]').click(); true");
    page.wait("location.pathname.startsWith('/earnings/') && document.readyState === 'complete'");
    page.shoot("earnings");
    page.open(&format!("{}/account/keys", house.url));
    page.shoot("keys-empty");
    page.run("const f = document.querySelector('form.fields'); f.elements.name.value = 'The shop'; f.elements.origins.value = 'https://shop.example'; f.requestSubmit(); true");
    page.wait("!!document.querySelector('.secret')");
    page.shoot("keys-made");
    page.open(&format!("{}/account/keys", house.url));
    page.run("document.querySelector('.keys a').click(); true");
    page.wait(
        "location.pathname.startsWith('/account/keys/') && document.readyState === 'complete'",
    );
    page.shoot("key");
    page.close();
}
