// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Payouts: where the claims of an account are paid.
/// @notice A new address counts only after a delay, so that a stolen key cannot redirect a claim
/// before its owner has noticed.
abstract contract Payouts {
    struct Payout {
        address current;
        uint64 validAt;
        address next;
    }

    /// @notice Seconds before a new payout address counts.
    uint64 public immutable payoutDelay;

    mapping(address account => Payout) private _payouts;

    /// @notice Claims of `account` go to `to` (0: to itself) from `validAt`.
    event PayoutSet(address indexed account, address indexed to, uint64 validAt);

    constructor(uint64 payoutDelay_) {
        payoutDelay = payoutDelay_;
    }

    /// @notice Have the sender's claims paid to `to` after `payoutDelay`; 0 means to the sender.
    /// Until then the address in force stays, and setting again replaces what was waiting.
    function setPayout(address to) external {
        Payout storage payout = _payouts[msg.sender];
        payout.current = _inForce(payout);
        payout.next = to;
        payout.validAt = uint64(block.timestamp) + payoutDelay;
        emit PayoutSet(msg.sender, to, payout.validAt);
    }

    /// @notice Where claims of `account` are paid now: the account itself unless it said otherwise.
    function payoutOf(address account) external view returns (address) {
        address to = _inForce(_payouts[account]);
        return to == address(0) ? account : to;
    }

    function _inForce(Payout storage payout) private view returns (address) {
        return payout.validAt != 0 && block.timestamp >= payout.validAt ? payout.next : payout.current;
    }
}
