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

  @S50 @sat @manual
  Scenario: The site checklist is gone through and signed
    Then a person has looked, confirms each of these and signs
      | The marking "SOS" is in place and can be read from the pavement, by day and by night [EJ]                                    |
      | The button is 80 to 110 cm above the ground, and a wheelchair gets to it [M]                                                 |
      | The sign can be felt, and no lamp tells its state by colour alone (EN 301 549, 8.1.3 [V])                                    |
      | The city's camera shows the point and whoever stands before it [EJ]                                                          |
      | The fibre's attenuation and its OTDR trace have been measured, and the record is in the documents [M]                        |
      | Earthing, loop impedance and residual current protection have been measured (PN-HD 60364-6), and the record is there [M]    |
