// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Slugs: names that are the same in every address bar, file system and log.
library Slugs {
    error BadSlug(string slug);

    /// @notice Refuses anything but 1 to 64 of a–z, 0–9 and inner hyphens.
    function check(string calldata slug) internal pure {
        bytes calldata text = bytes(slug);
        uint256 length = text.length;
        if (length == 0 || length > 64 || text[0] == "-" || text[length - 1] == "-") revert BadSlug(slug);
        for (uint256 i = 0; i < length; ++i) {
            bytes1 c = text[i];
            bool fine = (c >= "a" && c <= "z") || (c >= "0" && c <= "9") || c == "-";
            if (!fine) revert BadSlug(slug);
        }
    }
}
