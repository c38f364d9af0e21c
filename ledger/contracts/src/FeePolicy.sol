// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";

/// @notice What the fee policy must know of the settlement.
interface IEpochs {
    /// @notice Number of the epoch in which receipts are being collected now.
    function currentEpoch() external view returns (uint64);
}

/// @title FeePolicy: how a charge is split among the roles, from which epoch on.
/// @notice Policies only ever count for epochs that have not begun, so no receipt already written
/// can be split otherwise. In production the owner is a timelock.
contract FeePolicy is Ownable2Step {
    /// @notice Where the unsupported part of a price goes: back to the payer, or to the treasury.
    enum ResidualRule {
        Refund,
        Treasury
    }

    /// @param bps Basis points of platform, adapter developer, stakers, data; they sum to 10 000.
    struct Policy {
        uint16[4] bps;
        ResidualRule residualRule;
        uint64 fromEpoch;
    }

    /// @notice What the four roles sum to.
    uint256 public constant TOTAL_BPS = 10_000;
    /// @notice Tells which epoch is running.
    IEpochs public immutable settlement;
    /// @notice Number of the newest policy; they count from 1.
    uint64 public latest;

    mapping(uint64 version => Policy) private _policies;

    /// @notice A new policy; from `fromEpoch` on it replaces every older one.
    event PolicySet(uint64 indexed version, uint16[4] bps, ResidualRule residualRule, uint64 indexed fromEpoch);

    error BpsSum(uint256 sum);
    error EpochNotFuture(uint64 fromEpoch, uint64 currentEpoch);
    error UnknownPolicy(uint64 version);
    error NoPolicyFor(uint64 epoch);
    error BadConstructor();

    /// @notice Sets policy 1: platform 15 %, adapter 15 %, stakers 0, data 70 %, residual refunded.
    constructor(IEpochs settlement_, address owner_) Ownable(owner_) {
        if (address(settlement_).code.length == 0) revert BadConstructor();
        settlement = settlement_;
        _set([uint16(1500), 1500, 0, 7000], ResidualRule.Refund, 1);
    }

    /// @notice Add a policy. From `fromEpoch` on it replaces every older one, planned ones too.
    function setPolicy(uint16[4] calldata bps, ResidualRule residualRule, uint64 fromEpoch) external onlyOwner {
        uint64 current = settlement.currentEpoch();
        if (fromEpoch <= current) revert EpochNotFuture(fromEpoch, current);
        _set(bps, residualRule, fromEpoch);
    }

    /// @notice The policy of that number.
    function policy(uint64 version) external view returns (Policy memory) {
        if (version == 0 || version > latest) revert UnknownPolicy(version);
        return _policies[version];
    }

    /// @notice The newest policy whose `fromEpoch` is not after `epoch`, and its number.
    function policyAt(uint64 epoch) external view returns (uint64 version, Policy memory found) {
        for (version = latest; version > 0; --version) {
            found = _policies[version];
            if (found.fromEpoch <= epoch) return (version, found);
        }
        revert NoPolicyFor(epoch);
    }

    function _set(uint16[4] memory bps, ResidualRule residualRule, uint64 fromEpoch) private {
        uint256 sum = uint256(bps[0]) + bps[1] + bps[2] + bps[3];
        if (sum != TOTAL_BPS) revert BpsSum(sum);
        uint64 version = ++latest;
        _policies[version] = Policy(bps, residualRule, fromEpoch);
        emit PolicySet(version, bps, residualRule, fromEpoch);
    }
}
