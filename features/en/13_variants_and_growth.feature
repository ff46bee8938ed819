Feature: Variants and growth
  Whoever builds the next point changes nothing but its name; that name decides where help is sent.

  @S49 @fat @nightly
  Scenario: The next point joins under its own name
    Given the post is ready
    When the settings of another point are written to the post
    And the post is switched off
    And 10 s pass
    And the mains is switched on
    Then the post is registered at most 60 s after power-on [T19]
    When the operator answers after 1 s
    And the button is pressed for 150 ms
    Then the call names the other point and no other
    When 3 s pass
    And the operator hangs up
    And one letter of the post's name is damaged in its settings
    Then within 90 s the post does not pass itself off as another point [T41]
    When the post's own settings are written back
    And the post is switched off
    And 10 s pass
    And the mains is switched on
    Then the post is registered at most 60 s after power-on [T19]
    And the settings of the post are intact
