Feature: Firmware
  What runs on the post is what was signed for, and no interrupted update leaves it dead.

  @S48 @fat @nightly
  Scenario: Flashing is proven, survives a power cut and can be repeated
    Given the mains is on and the fibre is connected
    When the firmware of this rig is written to the post
    Then what is read back from the post equals the file, byte for byte [T41]
    And the post names the version and build of the file [T41]
    When the power fails at 60 % of the writing
    Then the firmware can be written again, and the post is registered at most 60 s later [T41]
    And the settings of the post are intact
