Feature: Variants and growth
  Whoever builds the next point changes nothing but its name; that name decides where help is sent.

  @S49 @fat @nightly
  Scenario: The next point joins under its own name; thirty return together
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
    And over 5 power-ons the moment of its first request differs by at least 100 ms [T39]
    When the servers have thirty posts to serve that return at once
    And the post is switched off
    And 10 s pass
    And the mains is switched on
    And 10 s pass
    And the button is pressed for 150 ms
    Then the "out of service" lamp answers at most 2 s after the press [T38]
    When 60 s pass
    And the servers are in order again
    Then the post is registered at most 120 s after power-on, once it is its turn [T39]
    And the kept press is delivered once and marked as delayed, at most 60 s after the server's return, or clearly refused [T38]

  @S50 @sat @manual
  Scenario: The site checklist is gone through and signed
    Then a person has looked, confirms each of these and signs
      | The marking "SOS" is in place and can be read from the pavement, by day and by night [EJ]                                    |
      | The button is 80 to 110 cm above the ground, and a wheelchair gets to it [M]                                                 |
      | The sign can be felt, and no lamp tells its state by colour alone (EN 301 549, 8.1.3 [V])                                    |
      | The city's camera shows the point and whoever stands before it [EJ]                                                          |
      | The fibre's attenuation and its OTDR trace have been measured, and the record is in the documents [M]                        |
      | Earthing, loop impedance and residual current protection have been measured (PN-HD 60364-6), and the record is there [M]    |
