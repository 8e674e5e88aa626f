"""Registers the merchant API."""

from django.apps import AppConfig


class MerchantApiConfig(AppConfig):
    name = "sandbox.merchant_api"
    label = "merchant_api"
