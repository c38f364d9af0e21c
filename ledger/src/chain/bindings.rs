//! What do the contracts call their functions, events and errors? Generated from the committed
//! artifacts, so that a changed contract either still fits or does not compile.

use alloy::sol;

sol!(
    #[derive(Debug, PartialEq, Eq)]
    Registry,
    "contracts/artifacts/Registry.json"
);

sol!(
    #[derive(Debug, PartialEq, Eq)]
    Settlement,
    "contracts/artifacts/Settlement.json"
);

sol!(
    #[derive(Debug, PartialEq, Eq)]
    FeePolicy,
    "contracts/artifacts/FeePolicy.json"
);

sol!(
    #[derive(Debug, PartialEq, Eq)]
    OpenToken,
    "contracts/artifacts/OpenToken.json"
);
